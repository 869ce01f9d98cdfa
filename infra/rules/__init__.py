"""Our own cfn-lint rules: `cfn-lint --append-rules infra/rules`."""
