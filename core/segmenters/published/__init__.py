"""Published checkpoints of H-Net as segmenters: of a file on disk or on the Hub, only what comes before its routers."""
