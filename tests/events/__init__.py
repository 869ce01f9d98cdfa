"""One event a function, as the local stack sent it; `<key>`, `<tenant_id>` and `<call_id>` stand for real ones."""
