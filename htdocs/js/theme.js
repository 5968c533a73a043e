/**
 * theme.js - sets the theme before the first paint; the one script that is no module.
 */

(() => {
	try {
		const prefs = JSON.parse(localStorage.getItem('palabre') || '{}');
		if (prefs.theme === 'light' || prefs.theme === 'dark') {
			document.documentElement.dataset.theme = prefs.theme;
		}
		if (prefs.density === 'compact') {
			document.documentElement.dataset.density = 'compact';
		}
	} catch {
		// the system's theme, then
	}
})();
