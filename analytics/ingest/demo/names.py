"""Names of people: first names and surnames in English, German and Chinese. Data only.

Chinese given names are two characters, one of each list; together they are common names without meaning anything odd.
"""

from __future__ import annotations


def _listed(names: str) -> tuple[str, ...]:
    return tuple(names.split())


ENGLISH_WOMEN = _listed(
    "Alice Amelia Beth Bryony Catherine Charlotte Chloe Daisy Eleanor Ellie Emily Erin Esther Fiona Freya Georgia Hannah "
    "Harriet Heather Holly Imogen Isla Jasmine Jessica Joanne Josie Katie Laura Lauren Lily Lucy Lydia Maisie Martha Megan "
    "Molly Naomi Nicola Olivia Phoebe Poppy Rachel Rebecca Rosie Ruby Ruth Sarah Sophie Tamsin Tessa Victoria Zoe"
)
ENGLISH_MEN = _listed(
    "Aaron Adam Alfie Andrew Arthur Ben Callum Charlie Connor Craig Daniel David Dylan Edward Elliot Ethan Finlay Fraser "
    "Gareth George Graham Harry Hugh Ian Isaac Jack Jacob James Jamie Joe Jonathan Joshua Keith Kieran Leo Lewis Liam Luke "
    "Marcus Mark Matthew Max Nathan Oliver Oscar Owen Patrick Peter Robert Ryan Samuel Sean Stephen Theo Thomas Toby "
    "William"
)
ENGLISH_SURNAMES = _listed(
    "Adams Ahmed Allen Armitage Atkinson Bailey Barker Bennett Booth Bradley Brook Burton Butler Carter Chapman Clarke "
    "Collins Cooper Cox Davies Dixon Edwards Ellis Evans Fisher Foster Fox Gibson Gill Graham Grant Green Griffiths Hall "
    "Harper Harris Hartley Hill Holmes Hughes Hunt Jackson Jenkins Kaur Kelly Khan Knight Lawson Lee Lloyd Marsh Mason "
    "Mills Mitchell Moore Morgan Morris Murphy Murray Naylor Newton Palmer Parker Patel Pearson Perry Phillips Powell Price "
    "Reid Reynolds Richards Roberts Robson Rogers Russell Saunders Scott Shaw Singh Spencer Stone Sutton Taylor Thompson "
    "Turner Walker Ward Watson Webb West Wilkinson Wood Wright Young"
)
GERMAN_WOMEN = _listed(
    "Anke Annika Birgit Britta Carina Elke Franziska Frieda Greta Heike Ines Johanna Katja Katrin Lena Leonie Luisa Maren "
    "Merle Mia Nadine Petra Pia Sabine Silke Svenja Theresa Ute Wiebke Yvonne"
)
GERMAN_MEN = _listed(
    "Anton Bastian Christoph Dieter Dirk Emil Fabian Felix Florian Georg Hannes Henrik Jan Jens Kai Karsten Klaus Lars Leon "
    "Lukas Matthias Moritz Nils Paul Rainer Sebastian Stefan Sven Tobias Uwe"
)
GERMAN_SURNAMES = _listed(
    "Albrecht Bauer Becker Berger Braun Busch Dietrich Engel Fischer Frank Fuchs Graf Hahn Hartmann Herrmann Hofmann Huber "
    "Jung Kaiser Keller Klein Koch König Kraus Krüger Kuhn Lange Lehmann Lorenz Maier Möller Neumann Otto Pohl Richter Roth "
    "Sauer Schäfer Schmitt Schneider Scholz Schreiber Schulte Schwarz Seidel Sommer Vogel Voigt Wagner Walter Weiß Winkler "
    "Wolf Ziegler"
)
CHINESE_SURNAMES = tuple(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾"
    "彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金"
)
CHINESE_WOMEN = (tuple("雅晓雨思佳慧欣诗梦婉静若可子文心乐美紫语"), tuple("婷琪涵怡雯萱颖洁琳瑶敏芳桐妍娜蓉彤悦璐清"))
CHINESE_MEN = (tuple("建志文浩俊宇子明嘉天永国思晓泽立家振海承"), tuple("伟强杰轩博凯鹏辉涛峰军宁翔阳华斌龙恒安毅"))
PINYIN_SURNAMES = _listed("Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Lin Guo He Gao")
PINYIN_WOMEN = _listed("Yating Xiaoyu Jiaqi Mengyao Xinyi Wenjing Ruoxi Shihan Yuxuan Lingling")
PINYIN_MEN = _listed("Jianguo Haoran Zixuan Junjie Minghao Weiqiang Tianyu Jiahao Zhiyuan Bowen")
