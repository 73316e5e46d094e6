// User search: Express with pg, mysql2 and knex.
const SORTS = { newest: "created_at desc", name: "name asc" };

app.get("/users", async (req, res) => {
  const { q } = req.query;
  // ruleid: js-sql-built
  const found = await pool.query(`SELECT id, name FROM users WHERE name LIKE '%${q}%'`);
  res.json(found.rows);
});

app.get("/users/safe", async (req, res) => {
  const { q } = req.query;
  // ok: js-sql-built
  const found = await pool.query("SELECT id, name FROM users WHERE name LIKE $1", [`%${q}%`]);
  res.json(found.rows);
});

app.get("/users/:id", async (req, res) => {
  // ruleid: js-sql-built
  const [rows] = await connection.execute("SELECT * FROM users WHERE id = " + req.params.id);
  // ok: js-sql-built
  const [same] = await connection.execute("SELECT * FROM users WHERE id = " + Number(req.params.id));
  res.json({ rows, same });
});

app.get("/users/sorted", async (req, res) => {
  let statement = "SELECT * FROM users";
  statement += ` ORDER BY ${req.query.sort}`;
  // ruleid: js-sql-built
  const bad = await knex.raw(statement);
  // ok: js-sql-built
  const good = await knex.raw(`SELECT * FROM users ORDER BY ${SORTS[req.query.sort]}`);
  res.json({ bad, good });
});

async function findByEmail(email) {
  // ruleid: js-sql-built
  return db.get(`SELECT * FROM users WHERE email = '${email}'`);
}

async function findByEmailSafe(email) {
  // ok: js-sql-built
  return db.get("SELECT * FROM users WHERE email = ?", [email]);
}
