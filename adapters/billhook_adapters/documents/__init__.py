"""What a payer reads, in the payer's language: messages, the page's words, the PDF, the codes."""
