"""Processes of our own: how they are started, bounded, listened to and ended. The one place to audit.

Everything that `core` runs in another Python process is started by `start`, which lists the environments; bounds itself
by `limits`, which its first lines call; is heard through `pipes`, which neither wait nor read without end; and is ended
by `ending` and `marked_processes`, with what it has started. `answer` puts the four together for a single question.

| process | environment | memory | time | writes files | ends with its parent |
| --- | --- | --- | --- | --- | --- |
| a stranger's tokenizer, `tokenizers.isolation` | bare | address space | timers per request | no | input, timers |
| a chat template, `tokenizers.chat.template` | bare | address space | timers | no | signal, timers |
| a look at a plan, `lab.look_apart` | no secrets but the Hub's | data | deadline, timers | yes | input, timers |
| facts of a corpus, `corpora.facts` | no secrets | data | deadline, timer | yes, downloads | signal, timer |
| pieces of a job, `jobs.runner.job_process` | all, marked | data; watched with its forks | watched | yes | signal |
| what runs jobs, `jobs.runner.daemon` | all | no limit | no limit | yes | no: it outlives servers |

What this holds back: memory, time, output and files without end; core dumps; crashes of native code; secrets in
environment variables, for the first three; what is left of a process, its forks and their forks after its end.

What it does not: a process has the user's rights. Code that takes it over, which the readers of files and the Jinja
sandbox are to prevent, may read any file that the user may read, a stored Hub token and this process's environment in
`/proc` among them; may reach the network; may start processes, each with limits of its own; and may send signals to
others of the user. A mark is kept by inheritance: who starts a program with another environment in a session of its own
is not found by it. The limits are the kernel's: macOS refuses that on address space, so that memory is looked at while
an answer is waited for, and Windows has none of them.
"""
