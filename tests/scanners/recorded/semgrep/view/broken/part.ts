import x from "y";
const q: = 3 as ;
eval(q);
enum { eval(5) }
