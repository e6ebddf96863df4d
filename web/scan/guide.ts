/** The guide's width, as a share of the picture that is shown. */
export const GUIDE_SHARE = 0.88;
/** What is read is nearly of a card's own shape (ISO/IEC 7810 ID-1: 85.60 by 53.98), with a little more room above and below. */
export const FRAME_ASPECT: number = 448 / 288;
/** How much of the rim around the guide is read, from one frame to the next. */
export const TURNS = [1.08, 1.02, 1.14] as const;
