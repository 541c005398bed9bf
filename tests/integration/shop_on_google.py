"""The deployed functions, in this process, on Google's parts: emulators, task queues, Secret Manager.

Nothing goes on by itself: a test moves the engine's clock and has the tasks carried out that are due by then.
"""

import base64
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from cloudevents.http import CloudEvent, to_structured
from functions_framework import create_app
from google.cloud.tasks_v2 import Queue, Task
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from werkzeug.serving import make_server
from werkzeug.test import Client, TestResponse

from common import wiring
from common.adapters.firestore_catalogue import FirestoreCatalogue
from common.adapters.firestore_client import FirestoreDatabase
from common.adapters.firestore_store import FirestoreStore
from common.adapters.firestore_values import fill_fields
from common.adapters.google_calls import emulator_channel
from common.adapters.secret_manager import SecretManagerSecrets
from common.application.engine import Engine
from common.application.ports import Put, Ref
from common.domain.vocabulary import LookKind
from functions.generate_offer import questions
from functions.send_stimulus import delivery
from infra.local.clocks import VirtualClock
from infra.local.tasks_server import TasksServer
from main import ENTRY_POINTS
