"""The sandbox: the synthesized templates as a cloud on moto, served on loopback. It never imports the CDK."""
