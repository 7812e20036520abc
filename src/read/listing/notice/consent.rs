//! Consent walls, by their words.

/// What a title says of consent.
const TITLES: [&str; 5] = ["consent", "cookie", "zustimmung", "before you continue", "privacy gate"];

/// What the text says, in the languages of the countries that ask for consent.
const WORDS: &[&str] = &[
    "before you continue",
    "we value your privacy",
    "we care about your privacy",
    "accept all cookies",
    "mit werbung und tracking",
    "weiter mit werbung",
    "wir schätzen ihre privatsphäre",
    "ihre privatsphäre ist uns wichtig",
    "akzeptieren und weiter",
    "zustimmen und weiter",
    "alle akzeptieren",
    "alle cookies akzeptieren",
    "votre vie privée",
    "continuer sans accepter",
    "accepter et continuer",
    "accepter et fermer",
    "tout accepter",
    "valoramos tu privacidad",
    "valoramos su privacidad",
    "nos importa tu privacidad",
    "aceptar y continuar",
    "aceptar y cerrar",
    "aceptar todas las cookies",
    "valorizamos a sua privacidade",
    "aceitar e continuar",
    "aceitar todos os cookies",
    "tua privacy",
    "accetta e continua",
    "accetta tutti i cookie",
    "rifiuta e abbonati",
    "accepteren en doorgaan",
    "alle cookies accepteren",
    "szanujemy twoją prywatność",
    "cenimy twoją prywatność",
    "przejdź do serwisu",
    "souhlasu s personalizací",
    "vážíme si vašeho soukromí",
    "přijmout vše",
    "vi värnar om din",
    "godkänn alla",
    "vi værdsætter dit privatliv",
    "accepter alle",
    "godta alle",
    "arvostamme yksityisyyttäsi",
    "hyväksy kaikki",
    "összes elfogadása",
    "acceptă toate",
    "σεβόμαστε την ιδιωτικότητά",
    "gizliliğinize önem veriyoruz",
    "tümünü kabul et",
];

/// A text of more bytes says more than that.
const LONGEST: usize = 3500;

/// Whether a page asks for consent before it shows anything.
pub(super) fn is_consent(title: &str, start: &str) -> bool {
    TITLES.iter().any(|words| title.contains(words))
        || start.len() < LONGEST && WORDS.iter().any(|words| start.contains(words))
}
