# The same steps as on a plain machine (docs/betrieb.md): Python, the locked packages, the four folders.
FROM python:3.13-slim

RUN useradd --uid 10001 --create-home lotse && install -d -m 700 -o lotse -g lotse /data
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv .venv \
 && .venv/bin/pip install --quiet --disable-pip-version-check --no-cache-dir --require-hashes --requirement requirements.lock \
 && .venv/bin/python -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "lotse.pth").write_text(str(pathlib.Path.cwd()))' \
 && printf '#!/bin/sh\nexec /app/.venv/bin/python -m adapters.cli "$@"\n' > .venv/bin/lotse && chmod +x .venv/bin/lotse
COPY bot ./bot
COPY storage ./storage
COPY scheduler ./scheduler
COPY adapters ./adapters

USER lotse
VOLUME /data
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PATH=/app/.venv/bin:$PATH LOTSE_DATA=/data LOTSE_WEB_HOST=0.0.0.0
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ.get(\"LOTSE_WEB_PORT\", 8080)}/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["lotse"]
CMD ["run"]
