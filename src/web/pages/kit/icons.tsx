import type { ReactNode } from 'react';

/** Lines in the colour of the text beside them; said in words there, so hidden from those who listen. */
function Icon({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <svg
      className={`icon icon-${name}`}
      viewBox="0 0 24 24"
      width="20"
      height="20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

/** The mark of the product where no logo is set: a signature, and a second one that confirms it. */
export function BrandMark(): ReactNode {
  return (
    <svg className="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
      <rect className="mark-ground" width="32" height="32" rx="9" />
      <path className="mark-line" d="M6.5 16.5l5 5L21 11" />
      <path className="mark-line mark-second" d="M15.5 20l1.5 1.5L26 11" />
    </svg>
  );
}

export const AlertIcon = (): ReactNode => (
  <Icon name="alert">
    <path d="M12 8v5M12 16.5v.01" />
    <circle cx="12" cy="12" r="9" />
  </Icon>
);

export const WarningIcon = (): ReactNode => (
  <Icon name="warning">
    <path d="M12 9.5v4M12 17v.01M10.3 4.2L2.6 17.5A2 2 0 0 0 4.3 20.500h15.400a2 2 0 0 0 1.7-3L13.7 4.200a2 2 0 0 0-3.4 0z" />
  </Icon>
);

export const InfoIcon = (): ReactNode => (
  <Icon name="info">
    <path d="M12 11.500v5M12 7.800v.01" />
    <circle cx="12" cy="12" r="9" />
  </Icon>
);

export const CheckIcon = (): ReactNode => (
  <Icon name="check">
    <path d="M8 12.300l2.7 2.700L16 9.5" />
    <circle cx="12" cy="12" r="9" />
  </Icon>
);

export const VerifiedIcon = (): ReactNode => (
  <Icon name="verified">
    <path d="M12 3l7.5 2.800v5.700c0 4.6-3.1 8-7.5 9.5-4.4-1.5-7.5-4.9-7.5-9.500V5.800z" />
    <path d="M8.7 12l2.4 2.4 4.2-4.5" />
  </Icon>
);

export const GlobeIcon = (): ReactNode => (
  <Icon name="globe">
    <circle cx="12" cy="12" r="9" />
    <path d="M3 12h18M12 3c2.5 2.6 3.8 5.6 3.8 9s-1.3 6.4-3.8 9c-2.5-2.6-3.8-5.6-3.8-9S9.5 5.6 12 3z" />
  </Icon>
);

export const ComputerIcon = (): ReactNode => (
  <Icon name="computer">
    <rect x="3" y="4" width="18" height="12.5" rx="2" />
    <path d="M9 20.500h6M12 16.500v4" />
  </Icon>
);

export const PhoneIcon = (): ReactNode => (
  <Icon name="phone">
    <rect x="6.5" y="2.5" width="11" height="19" rx="2.5" />
    <path d="M11 18.300h2" />
  </Icon>
);

export const ClockIcon = (): ReactNode => (
  <Icon name="clock">
    <circle cx="12" cy="12" r="9" />
    <path d="M12 7v5.200l3.3 2" />
  </Icon>
);

export const BuildingIcon = (): ReactNode => (
  <Icon name="building">
    <path d="M5 21V5a2 2 0 0 1 2-2h7a2 2 0 0 1 2 2v16M16 9h1.500a2 2 0 0 1 2 2v10M3 21h18M9 7.500h3M9 11.500h3M9 15.500h3" />
  </Icon>
);

export const PersonIcon = (): ReactNode => (
  <Icon name="person">
    <circle cx="12" cy="8" r="4.2" />
    <path d="M4 20.5c.9-3.9 4.1-6 8-6s7.1 2.1 8 6" />
  </Icon>
);

export const NextIcon = (): ReactNode => (
  <Icon name="next">
    <path d="M9.5 5.500L16 12l-6.5 6.5" />
  </Icon>
);
