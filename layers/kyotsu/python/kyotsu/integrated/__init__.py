"""団体内統合宛名: one number per 個人番号, the addressee numbers and businesses behind it."""
