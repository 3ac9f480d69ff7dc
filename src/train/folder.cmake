# Checkpoints and the run folder.
set(TRAIN_FOLDER_SOURCES
  history.c digest.c replicas.c
  checkpoint_layout.c checkpoint_head.c checkpoint_write.c checkpoint_memory.c checkpoint_read.c
  run_folder.c run_folder_names.c run_folder_choose.c run_folder_settle.c run_folder_save.c)
