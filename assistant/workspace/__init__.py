"""What is written at run time: conversations with their turns and ratings, snapshots, audit; one SQLite file."""

from assistant.workspace.conversations import Conversation, Conversations, Rating, SavedTurn
from assistant.workspace.database import Workspace
from assistant.workspace.errors import WorkspaceError

__all__ = ["Conversation", "Conversations", "Rating", "SavedTurn", "Workspace", "WorkspaceError"]
