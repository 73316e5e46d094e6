type Login = { password: string; token: string; apiKey?: string };
const labels = { password: "Password", newPassword: "New password", token: "Token" };
const ids = { password: "login-password-input", token: "auth.token.label", secret: "btn-secret" };
const apiKey = process.env.MAPS_API_KEY;
const supabaseKey = "@@anon@@";
const field = <input type="password" name="password" data-testid="password" />;
enum Kind { PASSWORD = "password", TOKEN = "token" }
const secret = import.meta.env.SECRET;
const key = t("login.password");
