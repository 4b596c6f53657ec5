"""What is written at run time: conversations with their turns and ratings, snapshots, teachings, mistakes, audit;
one SQLite file."""

from assistant.workspace.conversations import Conversation, Conversations, Rating, SavedTurn
from assistant.workspace.database import Workspace
from assistant.workspace.errors import WorkspaceError
from assistant.workspace.mistakes import Mistake, Mistakes
from assistant.workspace.teachings import Teaching, Teachings

__all__ = [
    "Conversation", "Conversations", "Mistake", "Mistakes", "Rating", "SavedTurn", "Teaching", "Teachings", "Workspace",
    "WorkspaceError",
]
