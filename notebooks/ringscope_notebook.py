"""What the notebooks share: where the program and the bundled data are, and how to run it."""
import os
import pathlib
import subprocess
import tempfile

here = pathlib.Path.cwd().resolve()
root = next(folder for folder in (here, *here.parents) if (folder / "datasets" / "city").is_dir())
program = os.environ.get("RINGSCOPE", str(root / "build" / "release" / "ringscope"))
scratch = pathlib.Path(tempfile.mkdtemp(prefix="ringscope-notebook-"))

# Colours of the exports (Okabe and Ito's palette): readable for the colour-blind and in grey.
colour = {"person": "#d55e00", "doctor": "#0072b2", "institution": "#009e73", "drug": "#e69f00"}


def answer(*arguments):
    """Runs `ringscope arguments...` and returns its standard output; a failure stops the notebook with the message."""
    return _ran(arguments).stdout


def run(*arguments, show=True):
    """The same, and prints what the program said."""
    done = _ran(arguments)
    if show:
        print("$ " + _short(" ".join(map(str, ("ringscope", *arguments)))))
        print(_short(done.stderr + done.stdout), end="")


def _ran(arguments):
    done = subprocess.run([program, *map(str, arguments), "--lang", "en"], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"ringscope {' '.join(map(str, arguments))}\n{done.stderr}")
    return done


def _short(text):
    """Without the folders of this machine."""
    return text.replace(str(root) + "/", "").replace(str(scratch), "OUT")


def city():
    """The bundled city: its claims and attribute tables as arguments of `analyze`."""
    folder = root / "datasets" / "city"
    tables = [part for name in ("persons", "doctors", "institutions", "drugs")
              for found in folder.glob(name + ".csv*") for part in ("--" + name, found)]
    return [*folder.glob("claims.csv*"), *tables]
