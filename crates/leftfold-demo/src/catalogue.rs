//! What the shop sells and who buys there: data.

/// A product: name and price in cents.
pub(crate) const PRODUCTS: &[(&str, i64)] = &[
    ("Kaffeemühle Nº 3", 4990),
    ("Teekanne 茶壶", 3450),
    ("Desk lamp Aurora Mini", 5900),
    ("Wool blanket", 7900),
    ("Notebook A5, dotted", 1290),
    ("Fountain pen", 2490),
    ("Desk lamp Aurora, limited edition", 12990),
    ("Ceramic mug", 1450),
    ("French press", 3995),
    ("Linen tea towel", 990),
    ("Oak chopping board", 3200),
    ("Chef's knife 20 cm", 8900),
    ("Cast-iron pan", 6450),
    ("Espresso cups, set of 4", 2800),
    ("Herb scissors", 1190),
    ("Salt mill", 2250),
    ("Bread tin", 2690),
    ("Cotton apron", 2495),
    ("Paring knife", 1990),
    ("Storage jars, set of 3", 1999),
    ("Bamboo steamer 蒸笼", 2150),
    ("Wok 34 cm", 4490),
    ("Kitchen scale", 3790),
    ("Egg timer", 810),
    ("Honey spoon", 540),
    ("Cake stand", 3650),
    ("Water carafe", 1890),
    ("Wall clock", 4200),
    ("Candle holder", 1680),
    ("Reading glasses case", 1340),
];

/// The product whose last piece is sold twice.
pub(crate) const LAMP: u32 = 6;

/// People who live in one place: given names, family names, whether the family name comes first, streets, and towns
/// with their postcodes.
pub(crate) struct Region {
    pub(crate) given: &'static [&'static str],
    pub(crate) family: &'static [&'static str],
    pub(crate) family_first: bool,
    pub(crate) streets: &'static [&'static str],
    pub(crate) towns: &'static [(&'static str, &'static str)],
    pub(crate) country: &'static str,
}

/// Where the customers live.
pub(crate) const REGIONS: &[Region] = &[
    Region {
        given: &[
            "Jürgen",
            "Käthe",
            "Sören",
            "Anneliese",
            "Björn",
            "Lena",
            "Uwe",
            "Özlem",
            "Matthias",
            "Grete",
        ],
        family: &[
            "Müller",
            "Größmann",
            "Schäfer",
            "Köhler",
            "Yılmaz",
            "Weiß",
            "Jäger",
            "Vogt",
            "Böhm",
            "Lange",
        ],
        family_first: false,
        streets: &[
            "Lindenstraße",
            "Mühlweg",
            "Am Römertor",
            "Königsallee",
            "Hafengasse",
        ],
        towns: &[
            ("Köln", "50667"),
            ("München", "80331"),
            ("Leipzig", "04109"),
            ("Nürnberg", "90402"),
            ("Düsseldorf", "40212"),
        ],
        country: "DE",
    },
    Region {
        given: &["伟", "芳", "娜", "秀英", "敏", "静", "磊", "洋", "艳", "志强"],
        family: &["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"],
        family_first: true,
        streets: &["南京东路", "人民路", "解放大道", "中山路", "长安街"],
        towns: &[
            ("上海", "200001"),
            ("北京", "100010"),
            ("杭州", "310002"),
            ("成都", "610016"),
            ("广州", "510030"),
        ],
        country: "CN",
    },
    Region {
        given: &[
            "Zoé",
            "François",
            "Inès",
            "Éloïse",
            "Gaël",
            "Renée",
            "Loïc",
            "Aurélie",
        ],
        family: &[
            "Lefèvre",
            "Dubois",
            "Béranger",
            "Rousseau",
            "Noël",
            "Gauthier",
            "Hébert",
            "Marchand",
        ],
        family_first: false,
        streets: &[
            "rue de la Paix",
            "quai Saint-Antoine",
            "avenue Foch",
            "place d'Aligre",
        ],
        towns: &[
            ("Lyon", "69002"),
            ("Paris", "75012"),
            ("Nantes", "44000"),
            ("Orléans", "45000"),
        ],
        country: "FR",
    },
    Region {
        given: &["Ada", "Siobhán", "Grace", "Owen", "Niamh", "Tom", "Ruth", "Alan"],
        family: &[
            "O'Neill", "Walsh", "Hughes", "Byrne", "Clarke", "Murphy", "Reid", "Kelly",
        ],
        family_first: false,
        streets: &["Abbey Street", "Harbour Road", "Mill Lane", "St Stephen's Green"],
        towns: &[
            ("Dublin", "D02 X285"),
            ("Galway", "H91 CF50"),
            ("Cork", "T12 XY88"),
            ("Sligo", "F91 W5C9"),
        ],
        country: "IE",
    },
];

/// How customers pay.
pub(crate) const METHODS: &[&str] = &["card", "card", "card", "sepa", "wallet"];

/// Who delivers.
pub(crate) const CARRIERS: &[&str] = &["DHL", "GLS", "Velo Kurier", "An Post"];

/// Loyalty tiers.
pub(crate) const TIERS: &[&str] = &["none", "none", "silver", "gold"];

/// Reviews: stars, title and text.
pub(crate) const REVIEWS: &[(u8, &str, &str)] = &[
    (5, "Exactly right", "Arrived the same day, well packed."),
    (5, "很好", "质量很好，包装也很用心。"),
    (4, "Good", "Good value; the box was dented."),
    (4, "Schön", "Schöne Farbe, etwas kleiner als gedacht."),
    (3, "Fine", "It does what it should."),
    (2, "Hmm", "Scratched on one side, and nobody answered my mail."),
    (1, "Non", "Reçu cassé. J'attends toujours un échange."),
    (5, "Danke", "Sehr freundlich – gerne wieder!"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_can_stand_in_json_as_it_is() {
        let plain = |t: &str| t.chars().all(|c| c >= ' ' && c != '"' && c != '\\');
        let mut texts: Vec<&str> = PRODUCTS.iter().map(|p| p.0).collect();
        texts.extend(REVIEWS.iter().flat_map(|r| [r.1, r.2]));
        for r in REGIONS {
            texts.extend(
                r.given
                    .iter()
                    .chain(r.family)
                    .chain(r.streets)
                    .chain([&r.country]),
            );
            texts.extend(r.towns.iter().flat_map(|t| [t.0, t.1]));
        }
        texts.extend(METHODS.iter().chain(CARRIERS).chain(TIERS));
        assert!(texts.len() > 100);
        for text in texts {
            assert!(plain(text), "{text}");
        }
    }
}
