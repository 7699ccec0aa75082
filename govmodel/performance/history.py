"""A pack's life history: what it was, when it came loose, through whose hands it went and what came out of it."""

from dataclasses import asdict, dataclass

import numpy as np

from ..actors.fates import CHANNEL_OF, DISPOSITIONS, SCANNED
from ..chain.fleet import CELLS, CHEMISTRY, HOLDER_CLASS, NEW_COHORTS, PROVINCE, SALE_MONTH, who
from ..facts import CHANNELS, CHEMISTRIES, HOLDER_CLASSES, METALS, PROVINCES, ROUTES
from ..facts import load as load_facts
from ..facts.names import called
from ..foundations import draws
from ..foundations.calendar import month_name

ZH = {
    "household": "家用车",
    "ride_hailing": "出租/网约车",
    "bus": "客车",
    "logistics": "物流车",
    "scrapped_vehicle": "整车报废",
    "battery_replaced": "维修换下",
    "lease_return": "租赁/换电退回",
    "fleet_tender": "车队招标处置",
    "accident_salvage": "事故车",
    "let_go": "留置后放出",
    "second_life_return": "梯次利用结束",
    "reuse_return": "违规再利用结束",
    "automaker_outlet": "车企回收网点",
    "battery_maker_outlet": "电池企业回收网点",
    "recycler": "第三方回收企业",
    "dismantler": "拆解/维修企业",
    "workshop": "小作坊",
    "kept": "自行留置",
    "recovery": "材料再生",
    "second_life": "合规梯次利用",
    "workshop_recovery": "转卖小作坊拆解",
    "workshop_reuse": "转卖小作坊再利用",
    "reuse": "违规再利用",
}


def label(name: str, lang: str = "en") -> str:
    """Give the word for a route, channel, use or holder class in English ("en") or Chinese ("zh")."""
    return ZH[name] if lang == "zh" else name.replace("_", " ")


@dataclass(frozen=True)
class Happening:
    """One event in a pack's life."""

    month: str
    route: str
    channel: str
    use: str
    scanned: bool

    @classmethod
    def of(cls, month: str, route: str, disposition: str, scanned: bool) -> "Happening":
        """Tell it by the disposition, which says to whom the pack went and for what."""
        channel = CHANNELS[CHANNEL_OF[DISPOSITIONS.index(disposition)]]
        return cls(month, route, channel, disposition.partition(":")[2] or "kept", scanned)


@dataclass(frozen=True)
class PackHistory:
    """One pack from sale to fate."""

    number: int
    stands_for: int
    sold: str
    replacement: bool
    province: str
    chemistry: str
    holder_class: str
    automaker: str
    battery_maker: str
    leased: bool
    kwh: float
    kg: float
    metals_kg: dict
    events: tuple
    before_start: bool
    unsold: bool

    def to_dict(self) -> dict:
        """Give the history as plain values."""
        return asdict(self)

    def lines(self, lang: str = "en") -> list[str]:
        """Tell the history in sentences, in English ("en") or Chinese ("zh")."""
        return self._chinese() if lang == "zh" else self._english()

    def _english(self) -> list[str]:
        kind = "replacement pack" if self.replacement else "pack"
        told = [
            f"Pack {self.number} (stands for {self.stands_for:,}): "
            f"{self.chemistry}, {self.kwh:.1f} kWh, {self.kg:.0f} kg.",
            f"{self.sold}: sold in {self._place('en')} as a {kind} for {label(self.holder_class)} use"
            f"{', on lease' if self.leased else ''}; automaker {self.automaker}, battery maker {self.battery_maker}.",
        ]
        for event in self.events:
            loose = f"{event.month}: came loose ({event.route.replace('_', ' ')})"
            went = f"went to {event.channel.replace('_', ' ')}: {event.use.replace('_', ' ')}"
            seen = "scanned" if event.scanned else "not scanned"
            told.append(f"{loose} and was kept." if event.channel == "kept" else f"{loose}, {went}; {seen}.")
        return told + ([] if self.events else [self._quiet("en")])

    def _chinese(self) -> list[str]:
        kind = "更换电池包" if self.replacement else "电池包"
        automaker, maker = (called(name, "zh") for name in (self.automaker, self.battery_maker))
        told = [
            f"{kind} {self.number}（代表 {self.stands_for:,} 个）："
            f"{self.chemistry}，{self.kwh:.1f} kWh，{self.kg:.0f} kg。",
            f"{self.sold}：在{self._place('zh')}售出，用途：{ZH[self.holder_class]}{'，租赁' if self.leased else ''}；"
            f"车企：{automaker}，电池企业：{maker}。",
        ]
        for event in self.events:
            seen = "已扫码" if event.scanned else "未扫码"
            told.append(
                f"{event.month}：{ZH[event.route]}，自行留置。"
                if event.channel == "kept"
                else f"{event.month}：{ZH[event.route]}，流向{ZH[event.channel]}：{ZH[event.use]}；{seen}。"
            )
        return told + ([] if self.events else [self._quiet("zh")])

    def _place(self, lang: str) -> str:
        return load_facts().province_name(self.province, lang)

    def _quiet(self, lang: str) -> str:
        if self.unsold:
            return "Not sold yet." if lang == "en" else "尚未售出。"
        if self.before_start:
            return "Came loose before the run began." if lang == "en" else "在模拟开始前已退役。"
        return "Still on the road." if lang == "en" else "仍在使用中。"


def pack_history(model, number: int) -> PackHistory:
    """Tell the life of the pack with this number, as far as the model has run."""
    fleet, facts = model.holders.fleet, model.facts
    cohort, rank = fleet.find(number)
    key = who(np.array([cohort]), np.array([rank]))
    holders = draws.holder_words(fleet.seed, key)
    row, cell = divmod(cohort, CELLS)
    sold = int(SALE_MONTH[row])
    traits = fleet.traits(np.array([cohort]), sold, holders)
    province, chemistry, holder_class = PROVINCE[cell], CHEMISTRY[cell], HOLDER_CLASS[cell]
    year = sold // 12
    owner = [draws.draw(fleet.seed, "traits", int(key[0]), 0, alternative) for alternative in (2, 3)]
    automaker, maker = (
        names[int(np.searchsorted(np.cumsum(share[year]), luck * share[year].sum()))]
        for names, share, luck in (
            (facts.automakers, facts.automaker_share, owner[0]),
            (facts.battery_makers, facts.battery_maker_share, owner[1]),
        )
    )
    kwh = traits.watt_hours[0] / 1000.0
    events = tuple(
        Happening.of(month_name(month), ROUTES[code >> 4 & 7], DISPOSITIONS[code & 15], code >= SCANNED)
        for month, code in model.holders.events.of(number)
    )
    return PackHistory(
        number,
        fleet.scale,
        month_name(sold),
        cohort >= NEW_COHORTS,
        PROVINCES[province],
        CHEMISTRIES[chemistry],
        HOLDER_CLASSES[holder_class],
        automaker,
        maker,
        bool(traits.leased[0]),
        kwh,
        kwh * float(facts.mass_per_kwh[chemistry]),
        {name: round(kwh * float(facts.metal_per_kwh[chemistry, i]), 3) for i, name in enumerate(METALS)},
        events,
        rank < int(model.holders.gone[cohort]) and not events,
        sold >= model.month,
    )
