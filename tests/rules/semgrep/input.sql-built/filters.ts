// Filters collected one by one, Express.
app.get("/cars", async (req: Request, res: Response) => {
  const { brand, color } = req.query;
  const conditions: string[] = [];
  if (brand) conditions.push(`brand = '${brand}' AND sold = false`);
  if (color) conditions.push(`color = '${color}' AND sold = false`);
  // ruleid: js-sql-built
  const cars = await pool.query("SELECT * FROM cars WHERE " + conditions.join(" AND "));
  res.json(cars.rows);
});

app.get("/cars/safe", async (req: Request, res: Response) => {
  const { brand, color } = req.query;
  const conditions: string[] = [];
  const values: unknown[] = [];
  if (brand) {
    values.push(brand);
    conditions.push(`brand = $${values.length}`);
  }
  if (color) {
    values.push(color);
    conditions.push(`color = $${values.length}`);
  }
  // ok: js-sql-built
  const cars = await pool.query("SELECT * FROM cars WHERE " + conditions.join(" AND "), values);
  res.json(cars.rows);
});
