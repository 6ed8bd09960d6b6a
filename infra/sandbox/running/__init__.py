"""What runs beside moto: function workers and the pollers that call them."""
