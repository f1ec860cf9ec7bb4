/** Imported before uPlot, which as it loads makes a format of the browser's language and fails where that is none. */
export {}

try {
    Intl.getCanonicalLocales(navigator.language)
} catch {
    // A Chromium without a locale of its own says "en-US@posix".
    Object.defineProperty(navigator, 'language', { value: 'en-US' })
}
