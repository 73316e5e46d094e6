x = "יי"; eval(x);
