"""The ground: the nouns and the vocabulary of supachat. Imports nothing of ours."""
