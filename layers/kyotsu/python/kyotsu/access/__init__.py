"""認証・認可: clients of the token server, tokens, and who checks them."""
