"""The text that Segmentation opens with, cut beforehand: the first visitor sees it before a vocabulary is open."""
