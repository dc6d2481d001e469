"""Pictures of sweeps: what a result file holds, how it is drawn, and how it is saved."""
