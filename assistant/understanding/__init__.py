"""From a question to a typed request: language, words, values, periods, numbers, intent, dialogue."""
