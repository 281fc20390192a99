export const quickReactions = ['👍', '❤️', '😂', '😮', '🙏', '✅'] as const;
