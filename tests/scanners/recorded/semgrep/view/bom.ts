eval(x);
const y = "é😀";  eval(y);
