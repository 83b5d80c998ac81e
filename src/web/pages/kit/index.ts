export { AppPicture, ReviewBadge, RiskMark } from './app-marks.js';
export { Alert, Button, buttonClass, ButtonLink, Card, Field, Form, Heading, Hidden, Link, OutsideLink } from './components.js';
export { ForwardPage } from './forward-page.js';
export * from './icons.js';
export { type Page, Pages } from './pages.js';
export { useSite } from './site.js';
export { prefersHtml } from './prefers-html.policy.js';
export { pathOf, submitted, submittedList, textOf } from './request-text.js';
export { waitText } from './wait.policy.js';
