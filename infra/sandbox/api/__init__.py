"""REST APIs and static origins of the templates, served on loopback. moto knows neither."""
