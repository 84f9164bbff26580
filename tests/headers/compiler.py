# compiler.py - asks a compiler whether a piece of text is accepted, without a warning.
import subprocess


class Compiler:
    """A C or C++ compiler with the include folders and warnings of these tests."""

    def __init__(self, command, language, include_dirs):
        self.command = command
        self.language = language
        self.include_args = [f"-I{folder}" for folder in include_dirs]

    def problems(self, text, standard, *extra):
        """What the compiler says about the text under this standard; empty if it is content."""
        args = [*self.command, "-x", self.language, f"-std={standard}", "-fsyntax-only", "-Wall",
                "-Wextra", "-Wpedantic", "-Werror", *extra, *self.include_args, "-"]
        run = subprocess.run(args, input=text, capture_output=True, text=True, check=False)
        if run.returncode == 0 and not run.stderr:
            return []
        return [run.stderr or f"{args[0]} ended with {run.returncode}"]
