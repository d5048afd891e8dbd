"""Processes of our own: how they are started, bounded, listened to and ended. The one place to audit.

Everything that `core` runs in another Python process is started by `start`, which lists the environments; bounds itself
by `limits`, which its first lines call; gives up what it does not need by `confine`, if it reads a stranger's data; is
heard through `pipes`, which neither wait nor read without end; and is ended by `ending` and `marked_processes`, with
what it has started. `answer` puts the four together for a single question.

| process | environment | memory | time | confined to | ends with its parent |
| --- | --- | --- | --- | --- | --- |
| a stranger's tokenizer, `tokenizers.isolation` | bare | address space | timers, renewed | its files | input, timers |
| a chat template, `tokenizers.chat.template` | bare | address space | timers | no file | signal, timers |
| a look at a plan, `lab.look_apart` | no secrets but the Hub's | data | deadline, timers | not | input, timers |
| a page to publish, `export.publish` | no secrets | data | deadline, timers | not | input, timers |
| a corpus, its facts or its text, `corpora.reading` | no secrets | data | deadline, timer | its file | signal, timer |
| the same of a corpus that the Hub has | no secrets | data | deadline, timer | not | signal, timer |
| sums over very many draws, `stats.drawn_sums` | bare | data | deadline, timer | no file | signal, timer |
| a list of tensors, `segmenters.published.torch_file` | bare | data | deadline, timers | no file | signal, timers |
| pieces of a job, `jobs.runner.job_process` | marked | data; watched with its forks | watched | not | signal |
| of which it is a copy, `fork_server` | no secrets | only imports | no limit | not | signal, input |
| what runs jobs, `jobs.runner.daemon` | all | no limit | no limit | not | no: it outlives servers |

Pieces of a job get the secrets of the environment if its kind says that it uses them (`JobKind.secrets`), in a process
that is started for it; others are copies, by fork, of one of a single thread that has imported what they need.

What is confined reads its files, this code, Python and its libraries, and what `/proc` says of itself; it changes no
file, has no network, starts no process or program, looks into no other and signals none, and has no rights of root. It
may start threads. Files are held back by `landlock`, everything else, and once more the changing of files, by
`seccomp`. The server and the daemon are unreadable to other processes of the user, root's excepted: their memory, and
the token in their environment.

What this holds back: memory, time, output and files without end; core dumps; crashes of native code; secrets in
environment variables; what code that took a confined process over would do to anything but the answer; what is left of
a process, its forks and their forks after its end.

What it does not: names, sizes and dates of files can be asked for. Processes of jobs have the user's rights, because
they fetch, write, and use a GPU; an unconfined one may read another's environment while that one fetches. A mark is
kept by inheritance: who starts a program with another environment in a session of its own is not found by it. The
limits are the kernel's: Linux without Landlock (before 5.13, or not in its list of modules) confines only writing,
network and programs; on other machines than x86_64 and aarch64 there is no filter of calls; macOS has neither, and
refuses a limit on address space, so that memory is looked at while an answer is waited for; Windows has no limits at
all. `confine.missing_here` says what is missing where it runs, and the Runs page shows it.
"""
