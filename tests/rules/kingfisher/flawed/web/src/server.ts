const jwtSecret: string = "@@random32@@";
export const session = { secret: process.env.SESSION_SECRET || "keyboard-cat", cookieSecret: '@@random16@@' };
export const apiKey = process.env.MAPS_API_KEY ?? "@@random32@@";
export const pool = { user: "shop", password: "Wint3r-boots!" };
