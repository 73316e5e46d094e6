"""Data for audits without a network: advisories, the service that answers from them, and the index of package names."""
