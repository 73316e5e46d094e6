const admin = createClient(url, "@@service_role@@");
export default admin;
