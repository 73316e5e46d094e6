const a = "יא";
@@@ יא hunter2-in-the-message
eval(x)
