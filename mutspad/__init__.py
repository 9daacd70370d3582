"""Reproduce and extend MuTSPad: multi-task supervised pretraining and adaptation for tweets."""
