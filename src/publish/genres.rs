//! Apple's categories of podcasts, which are the only ones that directories take.

/// Each with those under it.
const GENRES: [(&str, &str); 19] = [
    ("Arts", "Books|Design|Fashion & Beauty|Food|Performing Arts|Visual Arts"),
    ("Business", "Careers|Entrepreneurship|Investing|Management|Marketing|Non-Profit"),
    ("Comedy", "Comedy Interviews|Improv|Stand-Up"),
    ("Education", "Courses|How To|Language Learning|Self-Improvement"),
    ("Fiction", "Comedy Fiction|Drama|Science Fiction"),
    ("Government", ""),
    ("Health & Fitness", "Alternative Health|Fitness|Medicine|Mental Health|Nutrition|Sexuality"),
    ("History", ""),
    ("Kids & Family", "Education for Kids|Parenting|Pets & Animals|Stories for Kids"),
    ("Leisure", "Animation & Manga|Automotive|Aviation|Crafts|Games|Hobbies|Home & Garden|Video Games"),
    ("Music", "Music Commentary|Music History|Music Interviews"),
    ("News", "Business News|Daily News|Entertainment News|News Commentary|Politics|Sports News|Tech News"),
    ("Religion & Spirituality", "Buddhism|Christianity|Hinduism|Islam|Judaism|Religion|Spirituality"),
    (
        "Science",
        "Astronomy|Chemistry|Earth Sciences|Life Sciences|Mathematics|Natural Sciences|Nature|Physics|Social Sciences",
    ),
    ("Society & Culture", "Documentary|Personal Journals|Philosophy|Places & Travel|Relationships"),
    (
        "Sports",
        "Baseball|Basketball|Cricket|Fantasy Sports|Football|Golf|Hockey|Rugby|Running|Soccer|Swimming|Tennis|\
         Volleyball|Wilderness|Wrestling",
    ),
    ("TV & Film", "After Shows|Film History|Film Interviews|Film Reviews|TV Reviews"),
    ("Technology", ""),
    ("True Crime", ""),
];

/// The category of this name, as Apple writes it.
pub(super) fn named(name: &str) -> Option<&'static str> {
    GENRES.iter().map(|(known, _)| *known).find(|known| known.eq_ignore_ascii_case(name))
}

/// The category of this name under another.
pub(super) fn under(genre: &str, name: &str) -> Option<&'static str> {
    let (_, those) = GENRES.iter().find(|(known, _)| known.eq_ignore_ascii_case(genre))?;
    those.split('|').find(|known| !known.is_empty() && known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_directories_know_goes_out() {
        assert_eq!((named("society & culture"), named("Audio Blogs")), (Some("Society & Culture"), None));
        assert_eq!(under("News", "daily news"), Some("Daily News"));
        assert_eq!((under("News", "Golf"), under("Technology", "")), (None, None));
    }
}
