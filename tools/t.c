#include "tools/compiler.h"
#include <string.h>
int main(int c,char**v){ static struct compiler k; k.report.file=v[1]; static char b[1<<20]; FILE*f=fopen(v[1],"r"); size_t n=fread(b,1,sizeof b,f); (void)c;
 if(document_read(&k,b,n)) {expand(&k); document_explain(&k,stdout);} report_show(&k.report,stderr); return 0;}
