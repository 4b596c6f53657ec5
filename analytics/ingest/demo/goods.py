"""The demo company's products: prices, costs, how well each sells, is liked and comes back. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.ingest.demo.truths import OFTEN_RETURNED, OVERSTOCKED, PAIR, UNDERSTOCKED
from analytics.ingest.demo.world import COFFEE_CATEGORY as COFFEE
from analytics.ingest.demo.world import GARDEN, KITCHEN, TEA, TOYS


@dataclass(frozen=True)
class Product:
    """A product: first-year `price` in pounds, `cost` as a share of it, demand weight `west` (UK, Germany) and `east`
    (China) within its category, `liked` as a shift of its ratings in stars, `returned` as the share of orders with it
    that come back."""

    name: str
    zh: tuple[str, ...]
    category: int
    price: float
    cost: float
    west: float
    east: float
    liked: float = 0.0
    returned: float = 0.035


PRODUCTS = (
    Product(PAIR.first, ("意式咖啡豆", "浓缩咖啡豆"), COFFEE, 13.5, 0.48, 1.5, 1.2, 0.2, 0.015),
    Product("filter coffee", ("滤泡咖啡", "滴滤咖啡"), COFFEE, 9.9, 0.50, 1.5, 0.7, 0.0, 0.015),
    Product("decaf coffee", ("低因咖啡",), COFFEE, 10.9, 0.52, 0.8, 0.4, -0.2, 0.02),
    Product("Ethiopian single origin", ("埃塞俄比亚单品豆", "耶加雪菲"), COFFEE, 16.5, 0.51, 0.8, 1.1, 0.3, 0.015),
    Product("Colombian medium roast", ("哥伦比亚中烘豆",), COFFEE, 12.9, 0.49, 1.1, 0.8, 0.1, 0.015),
    Product("cold brew bottles", ("冷萃咖啡",), COFFEE, 14.0, 0.55, 0.7, 0.9, -0.1, 0.03),
    Product("drip bag coffee", ("挂耳咖啡",), COFFEE, 8.5, 0.47, 0.5, 2.2, 0.2, 0.01),
    Product("instant coffee sticks", ("速溶咖啡",), COFFEE, 6.5, 0.44, 0.8, 1.5, -0.3, 0.015),
    Product("coffee capsules", ("咖啡胶囊",), COFFEE, 11.5, 0.46, 1.4, 0.9, 0.0, 0.02),
    Product("mocha syrup", ("摩卡糖浆",), COFFEE, 5.9, 0.42, 0.5, 0.5, 0.0, 0.015),
    Product("coffee sampler box", ("咖啡礼盒", "咖啡品鉴盒"), COFFEE, 24.0, 0.54, 0.7, 0.7, 0.3, 0.02),
    Product("paper coffee filters", ("咖啡滤纸",), COFFEE, 4.5, 0.40, 0.9, 0.6, 0.1, 0.01),
    Product("green tea", ("绿茶",), TEA, 8.9, 0.43, 1.0, 1.8, 0.2, 0.01),
    Product("Longjing tea", ("龙井茶", "龙井"), TEA, 26.0, 0.52, 0.3, 1.8, 0.3, 0.01),
    Product("oolong tea", ("乌龙茶",), TEA, 14.5, 0.47, 0.6, 1.4, 0.1, 0.01),
    Product("pu-erh tea cake", ("普洱茶饼", "普洱"), TEA, 29.0, 0.53, 0.2, 1.3, 0.1, 0.015),
    Product("jasmine tea", ("茉莉花茶",), TEA, 9.5, 0.44, 0.7, 1.3, 0.2, 0.01),
    Product("English breakfast tea", ("英式早餐茶",), TEA, 6.9, 0.42, 2.0, 0.6, 0.1, 0.01),
    Product("Earl Grey", ("伯爵茶", "伯爵红茶"), TEA, 7.5, 0.42, 1.8, 0.8, 0.1, 0.01),
    Product("chamomile tea", ("洋甘菊茶",), TEA, 6.5, 0.43, 1.2, 0.5, 0.0, 0.01),
    Product("peppermint tea", ("薄荷茶",), TEA, 5.9, 0.42, 1.3, 0.4, 0.0, 0.01),
    Product(UNDERSTOCKED.product, ("抹茶粉",), TEA, 17.5, 0.50, 0.9, 1.1, 0.3, 0.015),
    Product("rooibos tea", ("路易波士茶",), TEA, 6.9, 0.43, 0.8, 0.3, 0.0, 0.01),
    Product("tea gift tin", ("茶叶礼盒", "茶礼盒"), TEA, 32.0, 0.51, 0.6, 1.5, 0.2, 0.02),
    Product("building blocks", ("积木",), TOYS, 24.9, 0.55, 1.5, 1.6, 0.2, 0.03),
    Product("wooden train set", ("木制火车", "小火车套装"), TOYS, 34.9, 0.57, 1.1, 0.7, 0.3, 0.03),
    Product("plush panda", ("毛绒熊猫", "熊猫玩偶"), TOYS, 15.9, 0.48, 0.9, 1.4, 0.3, 0.025),
    Product("jigsaw puzzle", ("拼图",), TOYS, 13.9, 0.46, 1.3, 1.0, 0.1, 0.02),
    Product("board game", ("桌游",), TOYS, 27.5, 0.52, 1.2, 0.8, 0.2, 0.03),
    Product("remote control car", ("遥控车", "遥控汽车"), TOYS, 29.9, 0.60, 0.9, 1.0, -0.5, 0.09),
    Product("kite", ("风筝",), TOYS, 11.5, 0.45, 0.5, 0.8, 0.0, 0.03),
    Product("modelling clay", ("彩泥", "橡皮泥"), TOYS, 8.9, 0.43, 0.9, 1.0, 0.1, 0.015),
    Product("doll's house", ("娃娃屋",), TOYS, 44.9, 0.58, 0.5, 0.4, 0.1, 0.05),
    Product("science kit", ("科学实验套装", "科学盒子"), TOYS, 22.5, 0.50, 0.8, 1.3, 0.2, 0.025),
    Product("bath toys", ("洗澡玩具",), TOYS, 9.9, 0.45, 0.7, 0.6, -0.1, 0.025),
    Product("balance bike", ("平衡车",), TOYS, 54.9, 0.62, 0.4, 0.5, 0.1, 0.04),
    Product("chef's knife", ("主厨刀", "厨师刀"), KITCHEN, 36.0, 0.53, 0.9, 0.8, 0.2, 0.03),
    Product("cast iron pan", ("铸铁锅",), KITCHEN, 39.0, 0.56, 0.8, 0.8, 0.2, 0.035),
    Product("bamboo steamer", ("竹蒸笼", "蒸笼"), KITCHEN, 16.9, 0.46, 0.5, 1.4, 0.1, 0.02),
    Product("wok", ("炒锅",), KITCHEN, 29.0, 0.54, 0.7, 1.5, 0.0, 0.035),
    Product(PAIR.second, ("奶泡器", "打奶泡器"), KITCHEN, 18.9, 0.49, 0.16, 0.16, 0.1, 0.03),
    Product("pour-over kettle", ("手冲壶",), KITCHEN, 32.5, 0.52, 0.7, 0.9, 0.2, 0.03),
    Product(OFTEN_RETURNED.product, ("玻璃茶壶",), KITCHEN, 21.9, 0.47, 0.8, 1.1, -0.7, OFTEN_RETURNED.rate),
    Product("tea mug", ("茶杯", "马克杯"), KITCHEN, 9.5, 0.41, 1.3, 1.1, 0.1, 0.04),
    Product("thermos flask", ("保温杯",), KITCHEN, 19.5, 0.47, 0.9, 1.5, 0.2, 0.02),
    Product("cutting board", ("砧板", "菜板"), KITCHEN, 17.5, 0.45, 1.0, 0.9, 0.0, 0.025),
    Product("kitchen scale", ("厨房秤", "电子秤"), KITCHEN, 21.0, 0.50, 0.9, 0.6, 0.0, 0.04),
    Product("apron", ("围裙",), KITCHEN, 14.5, 0.44, 0.7, 0.5, 0.1, 0.03),
    Product("garden gloves", ("园艺手套",), GARDEN, 8.9, 0.42, 1.4, 0.9, 0.0, 0.03),
    Product("watering can", ("洒水壶", "浇水壶"), GARDEN, 16.5, 0.47, 1.2, 1.2, 0.1, 0.025),
    Product("pruning shears", ("修枝剪",), GARDEN, 19.9, 0.49, 1.1, 0.8, 0.1, 0.03),
    Product("herb seeds", ("香草种子",), GARDEN, 3.9, 0.35, 1.4, 1.2, 0.0, 0.01),
    Product("flower bulbs", ("花种球", "球根"), GARDEN, 7.5, 0.40, 1.3, 0.8, 0.1, 0.02),
    Product("terracotta pots", ("陶土花盆", "花盆"), GARDEN, 13.9, 0.46, 1.0, 1.1, -0.2, 0.06),
    Product("bird feeder", ("喂鸟器",), GARDEN, 15.9, 0.47, 1.0, 0.3, 0.2, 0.025),
    Product("garden hose", ("花园水管", "水管"), GARDEN, 27.9, 0.55, 0.8, 0.6, -0.3, 0.05),
    Product("compost bin", ("堆肥箱",), GARDEN, 42.0, 0.58, 0.5, 0.2, 0.0, 0.03),
    Product(OVERSTOCKED.product, ("花园小矮人",), GARDEN, 12.5, 0.44, 0.35, 0.1, 0.0, 0.03),
    Product("succulent set", ("多肉植物", "多肉套装"), GARDEN, 12.9, 0.45, 0.7, 1.9, 0.1, 0.03),
    Product("solar lanterns", ("太阳能灯笼", "太阳能灯"), GARDEN, 23.5, 0.52, 0.8, 0.7, 0.0, 0.04),
)
PRODUCT_CODE = {product.name: code for code, product in enumerate(PRODUCTS)}
#: What can be tasted.
DRINKS = tuple(product.category in (COFFEE, TEA) and product.name != "paper coffee filters" for product in PRODUCTS)
FIRST, SECOND = PRODUCT_CODE[PAIR.first], PRODUCT_CODE[PAIR.second]
#: List prices rise by this share on each first of January.
YEARLY_PRICE_RISE = 0.03
