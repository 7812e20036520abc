/// What a browser does with a source's list before it is read: `[sources.x.browser]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Browsing {
    /// A CSS selector of what must be there; where absent, until the page has settled.
    pub wait: Option<String>,
    /// What is done then, in order.
    pub steps: Vec<Step>,
}

/// One step of a visit, for lists that show more when asked to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// Clicks the first visible element of a CSS selector, so many times, as long as there is one.
    Click {
        /// The selector.
        target: String,
        /// How often.
        times: u32,
    },
    /// Scrolls to the page's end, so many times.
    Scroll(u32),
}
