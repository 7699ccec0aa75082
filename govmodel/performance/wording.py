"""Wording: an explanation in sentences, in English and in Chinese."""

import math

import pandas as pd

from ..case.levers import load as load_levers
from ..facts import PROVINCES
from .history import ZH as LIFE_ZH
from .indicators import INDICATORS

SHOWN = 3  # parts of a dimension that are told; the others are summed
ZH = LIFE_ZH | {
    "channel": "渠道",
    "route": "途径",
    "province": "省份",
    "chemistry": "电池化学体系",
    "holder class": "持有者类别",
    "cause": "原因",
    "purpose": "款项",
    "handler": "处理方",
    "waiting": "在正规回收点等待",
    "not in this account": "未入此账",
    "retired packs": "退役电池",
    "factory scrap": "生产废料",
    "capacity": "产能",
    "licensed plants": "正规企业",
    "workshops": "作坊",
    "LFP": "磷酸铁锂",
    "NCM": "三元",
    "packs bought from holders": "向持有者购买电池",
    "packs sold on by dismantlers": "拆解企业转卖",
    "packs delivered to plants": "电池交付工厂",
    "freight and permits": "运输与许可",
    "packs sold for storage": "储能梯次利用销售",
    "packs sold for prohibited re-use": "违规再利用销售",
    "black mass and scrap metal sold": "黑粉与废金属销售",
    "metals sold": "金属销售",
    "factory scrap bought": "购买生产废料",
    "processing": "加工",
    "collecting and sorting": "收集与分选",
    "value-added tax": "增值税",
    "subsidy": "补贴",
    "holder reward": "持有者奖励",
    "fines": "罚款",
    "inspections": "检查",
    "deposits": "押金",
    "deposit refunds": "押金退还",
}
SENTENCES = {
    "en": {
        "head": "{name} was {value} in {month}: {change} {than} in {since} ({before}).",
        "level": "{name} was {value} in {month}, as in {since}.",
        "more": "more than",
        "less": "less than",
        "by": "By {dimension}:",
        "others": "the other {count} together {sum}",
        "weight": "weight {moved}",
        "rate": "rate {moved}",
        "to": "{was} to {now}",
        "unparted": "The books do not part this indicator any further; what else moved is below.",
        "gap": "LFP: workshops bid {workshop}, licensed recyclers {licensed} yuan/kWh: {gap} apart ({was} a year ago).",
        "lithium": "Lithium carbonate went from {was} to {now} thousand yuan/t.",
        "levers": "Levers that moved since: {levers}.",
        "no_levers": "No lever moved in these twelve months.",
        "sums": "Each list adds up to the change. Weight: a part's share of the whole; rate: the indicator within it.",
        "luck": "{packs} simulated packs (1:{scale}) came loose in the month: small parts are luck.",
        "list": "; ",
        "colon": ": ",
        "points": "{number} points",
    },
    "zh": {
        "head": "{month}，{name}为{value}，比{since}（{before}）{than}{change}。",
        "level": "{month}，{name}为{value}，与{since}相同。",
        "more": "高",
        "less": "低",
        "by": "按{dimension}：",
        "others": "其余{count}项合计{sum}",
        "weight": "权重{moved}",
        "rate": "比率{moved}",
        "to": "由{was}变为{now}",
        "unparted": "账目不再细分该指标；其他变动如下。",
        "gap": "作坊对磷酸铁锂出价{workshop}元/kWh，正规回收企业{licensed}元/kWh，相差{gap}；一年前相差{was}。",
        "lithium": "碳酸锂由{was}千元/吨变为{now}千元/吨。",
        "levers": "期间变动的政策工具：{levers}。",
        "no_levers": "这十二个月没有政策工具变动。",
        "sums": "每组各项之和等于全部变化。权重：该部分占总量的比例；比率：该部分内的指标值。",
        "luck": "当月有{packs}个模拟电池包（1:{scale}）流出，小项可能出于偶然。",
        "list": "；",
        "colon": "：",
        "points": "{number}个百分点",
    },
}
UNITS_ZH = {"million yuan": "百万元", "yuan/kWh": "元/kWh", "count": "个", "million": "百万", "1": "",
            "-1 to 1": "-1 至 1", "0 to 1": "0 至 1"}  # fmt: skip
SCALES = {"0-1", "0 to 1", "-1 to 1"}  # of indices: named in brackets, and not after a change


def tell(model, indicator: str, row_before: int, row: int, before: float, value: float, frame, table, lang: str) -> str:
    """Put an explanation into sentences, one a line."""
    words, unit = SENTENCES[lang], INDICATORS[indicator].unit
    name = _name(indicator, model, lang) if lang == "zh" else _name(indicator, model, lang).capitalize()
    month, since = model.months[row], model.months[row_before]
    change = value - before
    told = {"name": name, "value": level(value, unit, lang), "month": month, "since": since}
    if _close(change, before, value):
        lines = [words["level"].format(**told)]
    else:
        than, size = words["more" if change > 0 else "less"], step(abs(change), unit, lang).lstrip("+")
        lines = [words["head"].format(**told, change=size, than=than, before=level(before, unit, lang))]
    for dimension in frame["dimension"].unique():
        if dimension == "whole":
            lines.append(words["unparted"])
        else:
            lines.extend(_dimension(frame[frame["dimension"] == dimension], dimension, unit, model, lang))
    if "whole" not in set(frame["dimension"]):
        lines.append(words["sums"])
    lines += _surroundings(model, row_before, row, table, lang)
    flows = model.record.flows()
    packs = int(flows["packs"][flows["month"] == row].sum()) // model.case.scale
    return "\n".join([*lines, words["luck"].format(packs=f"{packs:,}", scale=f"{model.case.scale:,}")])


def _close(change: float, before: float, value: float) -> bool:
    return abs(change) <= 1e-9 * max(abs(before), abs(value), 1e-9)


def _dimension(rows: pd.DataFrame, dimension: str, unit: str, model, lang: str) -> list[str]:
    """Tell the largest contributions along one dimension, a line each."""
    words = SENTENCES[lang]
    sums = rows.groupby("part", sort=False)["contribution"].sum()
    sums = sums[sums != 0.0]
    order = sums.abs().sort_values(ascending=False, kind="stable").index
    lines = [words["by"].format(dimension=ZH.get(dimension, dimension) if lang == "zh" else dimension)]
    for part in order[:SHOWN]:
        own = rows[rows["part"] == part].set_index("kind")
        inner = _inner(own, unit, lang) if "behaviour" in own.index else ""
        lines.append(f"  {_name(part, model, lang)} {step(sums[part], unit, lang)}{inner}")
    rest = order[SHOWN:]
    if len(rest):
        lines.append("  " + words["others"].format(count=len(rest), sum=step(sums[rest].sum(), unit, lang)))
    return lines


def _inner(own: pd.DataFrame, unit: str, lang: str) -> str:
    """Tell the sides of a part's contribution that count: its weight in the whole, and what was done with it."""
    words, told = SENTENCES[lang], []
    sizes = own["contribution"].abs()
    for kind, word, of in (("composition", "weight", "share"), ("behaviour", "rate", unit)):
        side = own.loc[kind]
        if sizes[kind] > 0.05 * sizes.max():
            moved = words["to"].format(was=level(side["before"], of, lang), now=level(side["after"], of, lang))
            told.append(words[word].format(moved=moved) + f" ({step(side['contribution'], unit, lang)})")
    return f"{words['colon']}{words['list'].join(told)}" if told else ""


def _surroundings(model, row_before: int, row: int, table: pd.DataFrame, lang: str) -> list[str]:
    """Tell the gap between workshops' and licensed buyers' bids, the lithium price, and which levers moved."""
    words, lines = SENTENCES[lang], []
    bids = table[["workshop_bid_lfp", "licensed_bid_lfp"]].to_numpy()
    then, now = bids[row_before], bids[row]
    if all(math.isfinite(bid) for bid in (*then, *now)):
        lines.append(
            words["gap"].format(
                workshop=f"{now[0]:.1f}",
                licensed=f"{now[1]:.1f}",
                gap=f"{now[0] - now[1]:+.1f}",
                was=f"{then[0] - then[1]:+.1f}",
            )
        )
    price = model.facts.metal_prices[model.case.metal_prices][:, 0] / 1000.0
    was, is_now = price[model.start + row_before], price[model.start + row]
    lines.append(words["lithium"].format(was=f"{was:,.0f}", now=f"{is_now:,.0f}"))
    moved = []
    for number, (name, lever) in enumerate(load_levers(model.case.country).items()):
        path = model.record.series["levers"][:, number]
        if path[row] != path[row_before]:
            plain = lang == "zh" or "share" in lever.unit or "0-1" in lever.unit
            unit = "" if plain else f" {lever.unit}"
            moved.append(f"{name} {path[row_before]:g} -> {path[row]:g}{unit}")
    lines.append(words["levers"].format(levers=words["list"].join(moved)) if moved else words["no_levers"])
    return lines


def _name(part: str, model, lang: str) -> str:
    """Name a part: provinces by their names, everything else in plain words."""
    if part in PROVINCES:
        return model.facts.province_name(part, lang)
    if part in INDICATORS and lang == "zh":
        return INDICATORS[part].name_zh
    return ZH.get(part, part) if lang == "zh" else part.replace("_", " ")


def level(value: float, unit: str, lang: str) -> str:
    """Write a value with its unit."""
    if unit == "share":
        return f"{100 * value:.1f} %"
    told = UNITS_ZH.get(unit, unit) if lang == "zh" else unit
    if unit in SCALES:
        told = f"({told})"
    return f"{value:,.{_decimals(value)}f} {told}".rstrip()


def step(value: float, unit: str, lang: str) -> str:
    """Write a signed change with its unit."""
    if unit == "share":
        return SENTENCES[lang]["points"].format(number=f"{100 * value:+.1f}")
    unit = "" if unit in SCALES else UNITS_ZH.get(unit, unit) if lang == "zh" else unit
    return f"{value:+,.{_decimals(value)}f} {unit}".rstrip()


def _decimals(value: float) -> int:
    return 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
