"""Functions inside a private network that already exists."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.parameters.types import Network


class PrivateNetwork(Construct):
    """The given private subnets, and a security group that lets functions out by HTTPS and nobody in."""

    def __init__(self, scope: Construct, construct_id: str, *, network: Network) -> None:
        super().__init__(scope, construct_id)
        self._endpoint_ids = list(network.endpoint_ids)
        self.vpc = ec2.Vpc.from_vpc_attributes(
            self,
            "Vpc",
            vpc_id=network.vpc_id,
            availability_zones=list(network.availability_zones),
            private_subnet_ids=list(network.subnet_ids),
        )
        self.security_group = ec2.SecurityGroup(
            self, "SecurityGroup", vpc=self.vpc, allow_all_outbound=False, description="Kyotsu functions"
        )
        self.security_group.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "AWS, by HTTPS")

    def only_from_here(self, statement: iam.PolicyStatement) -> None:
        """Make a permission hold only through the network's endpoints, if their ids are known."""
        if self._endpoint_ids:
            statement.add_condition("StringEquals", {"aws:SourceVpce": self._endpoint_ids})


def interface_statement() -> iam.PolicyStatement:
    """Return what a function needs to stand in a network; AWS accepts no narrower resource for these actions."""
    return iam.PolicyStatement(
        actions=[
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:UnassignPrivateIpAddresses",
        ],
        resources=["*"],
    )
