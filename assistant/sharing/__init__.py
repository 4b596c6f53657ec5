"""What leaves a conversation: snapshots of single answers, and the page that shows one."""
