# The app for a group, as a user without rights; docs/serving.md says how to run it, also as a Docker Space.
FROM python:3.13-slim

RUN useradd --create-home --uid 1000 atlas \
    && mkdir /data && chown atlas /data
WORKDIR /app

# The requirements first: they change seldom, and the layer holds two gigabytes.
COPY requirements.txt requirements-login.txt constraints.txt ./
RUN python -m pip install --no-cache-dir --disable-pip-version-check -c constraints.txt -r requirements-login.txt

COPY LICENSE README.md app.py pyproject.toml ./
COPY .streamlit/config.toml .streamlit/
COPY components components
COPY core core
COPY data data
COPY pages pages

USER atlas
ENV TOKEN_ATLAS_HOME=/data TOKEN_ATLAS_PATHS=off PYTHONDONTWRITEBYTECODE=1
VOLUME /data
EXPOSE 8501
HEALTHCHECK --start-period=60s \
    CMD python -c "import urllib.request; urllib.request.urlopen('http://localhost:8501/_stcore/health', timeout=5)"
CMD ["python", "-m", "core", "run", "--address", "0.0.0.0"]
