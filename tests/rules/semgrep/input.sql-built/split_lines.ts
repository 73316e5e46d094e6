// Calls over several lines.
app.get("/rows", async (req, res) => {
  const { rows } = await pool
    .query(
      // ruleid: js-sql-built
      `SELECT * FROM rows WHERE owner = '${req.query.owner}' AND open`,
    );
  const all = await db
    .all(
      // ruleid: js-sql-built
      "SELECT * FROM rows WHERE owner = " + req.query.owner,
    );
  // ok: js-sql-built
  const safe = await db.all("SELECT * FROM rows WHERE owner = ?", req.query.owner);
  res.json({ rows, all, safe });
});
