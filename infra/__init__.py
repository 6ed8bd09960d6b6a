"""The cloud of Kyotsu as code: the CDK app (`app.py`) and the sandbox that runs its templates locally (`sandbox/`)."""
