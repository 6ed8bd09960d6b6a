"""The synthetic town: invented people, their files as a 住民記録 system would send them, and the truth about them."""

from kyotsu_cli.town.town import TownSummary, generate

__all__ = ["TownSummary", "generate"]
