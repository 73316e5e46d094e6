// Formulas and plugins: Express.
const vm = require("vm");

app.post("/formula", (req, res) => {
  const { formula, x } = req.body;
  // ruleid: js-code-eval
  const fn = new Function("x", `return ${formula}`);
  res.json({ result: fn(x) });
});

app.post("/formula/safe", (req, res) => {
  const { formula, x } = req.body;
  // ok: js-code-eval
  res.json({ result: parser.evaluate(formula, { x }) });
});

app.get("/filter", (req, res) => {
  // ruleid: js-code-eval
  const rows = eval("data.filter(r => " + req.query.where + ")");
  // ok: js-code-eval
  const rule = JSON.parse(req.query.where);
  res.json(rows.filter((r) => r[rule.field] === rule.value));
});

app.post("/script", (req, res) => {
  // ruleid: js-code-eval
  res.json(vm.runInNewContext(req.body.script, {}));
  // ok: js-code-eval
  res.json(vm.runInNewContext("1 + 1", {}));
});
