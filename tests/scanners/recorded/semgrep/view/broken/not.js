function f( {{{{
 eval(x)
}
 let = = 3;
eval(z)